import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { breakingChanges } from '../src/breaking-changes.ts';
import { unsafeStatements } from '../src/unsafe-statements.ts';

const RELEASED = /* GraphQL */ `
  type Query {
    tenant(id: ID!): Tenant
    old: Old @deprecated(reason: "Use tenant.")
  }
  type Tenant {
    name: String!
    nick: String @deprecated(reason: "Use name.")
    status: Status!
  }
  type Old {
    name: String
  }
  enum Status {
    IDLE
    BUSY
    GONE @deprecated(reason: "Never told.")
  }
`;

test('What was deprecated for a release may go, and anything may be added', () => {
  const present = /* GraphQL */ `
    type Query {
      tenant(id: ID!, at: String): Tenant
      more: Int
    }
    type Tenant {
      name: String!
      status: Status!
    }
    enum Status {
      IDLE
      BUSY
      NEW
    }
  `;
  expect(breakingChanges(RELEASED, present)).toEqual([]);
});

test.each([
  ['a field', 'name: String!', 'title: String!', 'Tenant.name was removed.'],
  ['a value', 'BUSY', '', 'BUSY was removed from enum type Status.'],
  ['a type', 'name: String!', 'name: Int!', 'Tenant.name changed type from String! to Int!.'],
  ['nullability', 'status: Status!', 'status: Status', 'Tenant.status changed type from Status! to Status.'],
  ['a required argument', 'id: ID!', 'id: ID!, at: String!', 'A required arg at on Query.tenant was added.'],
])('Changing %s breaks clients, and is named', (_what, from, to, said) => {
  expect(breakingChanges(RELEASED, RELEASED.replace(from, to))).toEqual([said]);
});

test('Nothing of the schema itself is lost from itself', () => {
  const sdl = readFileSync('schema/schema.graphql', 'utf8');
  expect(breakingChanges(sdl, sdl)).toEqual([]);
});

test.each([
  'ALTER TABLE "tenants" DROP COLUMN "nick";',
  'DROP TABLE "tenants";',
  'ALTER TABLE "tenants" RENAME COLUMN "nick" TO "name";',
  'ALTER TABLE "tenants" ALTER COLUMN "nick" SET NOT NULL;',
  'ALTER TABLE "tenants" ALTER COLUMN "nick" SET DATA TYPE integer;',
  'ALTER TABLE "tenants" ADD COLUMN "nick" text NOT NULL;',
])('The previous release would not survive %s', (statement) => {
  expect(unsafeStatements(`CREATE TABLE "x" ();--> statement-breakpoint\n${statement}`)).toHaveLength(1);
});

test('The previous release survives what only adds', () => {
  const migration = `CREATE TABLE "x" ("id" text PRIMARY KEY, "name" text NOT NULL);--> statement-breakpoint
    -- why we do not drop table y
    ALTER TABLE "tenants" ADD COLUMN "nick" text;--> statement-breakpoint
    ALTER TABLE "tenants" ADD COLUMN "four_eyes" boolean DEFAULT false NOT NULL;--> statement-breakpoint
    CREATE INDEX "x_by_name" ON "x" ("name");`;
  expect(unsafeStatements(migration)).toEqual([]);
});
