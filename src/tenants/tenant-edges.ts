/** Rows to which a tenant leads, one for each tenant, and which a list of tenants reads together with them. */
import type { SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Visible } from '../access/read-for.ts';
import type { Tenant } from './tenant.ts';

/** The names of the fields that are asked for of each tenant, or of what a field of it leads to. */
export type AskedFields = (...field: string[]) => ReadonlySet<string>;

export type TenantEdge = {
  name: string;
  /** Whether the fields that are asked for need the row, as it stands in its table. */
  isWanted: (asked: AskedFields) => boolean;
  /** Read with every single tenant, too: what the tenant says of itself comes from that row, and is of its moment. */
  isOfOneMoment?: boolean;
  table: PgTable;
  /** Those columns of it that alone answer the fields of the same names. */
  columns: Readonly<Record<string, PgColumn>>;
  /** What is read of the row when that is all that is asked for. */
  brief?: { columns: Readonly<Record<string, PgColumn>>; isEnough: (asked: AskedFields) => boolean };
  /** The row of that tenant, if the viewer may see it. */
  on: (visible: Visible) => SQL | undefined;
};

/** Later rooms add theirs. */
export const tenantEdges: TenantEdge[] = [];

const brought = Symbol('brought');
type Bringing = Tenant & { [brought]?: Readonly<Record<string, unknown>> };

export function bringAlong(tenant: Bringing, rows: Readonly<Record<string, unknown>>): Tenant {
  tenant[brought] = rows;
  return tenant;
}

/** undefined: the tenant was read without it. */
export function broughtAlong<Row>(tenant: Bringing, edge: string): Row | null | undefined {
  // It was read from the edge's own table.
  return tenant[brought]?.[edge] as Row | null | undefined;
}
