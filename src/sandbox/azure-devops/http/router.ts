import { notFound } from '../azure-error.ts';
import type { Caller } from '../caller.ts';
import type { Project } from '../model.ts';
import { findProject, type World } from '../world.ts';
import type { Answer } from './answer.ts';
import type { AzureRequest } from './request.ts';

/** One request, with everything that its handler may need to know. */
export type Call = {
  world: World;
  request: AzureRequest;
  organization: string;
  /** Name or id as in the address; null in addresses without one. */
  projectInPath: string | null;
  /** Values of the pattern's `{parameters}`. */
  params: Record<string, string>;
  caller: Caller;
};

export type AzureRoute = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** What follows `_apis/`; `{name}` is one segment, `{*name}` the rest, which may be empty. */
  pattern: string;
  handle(call: Call): Answer | Promise<Answer>;
};

type Match = { route: AzureRoute; params: Record<string, string>; literals: number };

/** The route that fits best: literal segments win over parameters. */
export function findRoute(routes: readonly AzureRoute[], method: string, segments: string[]): Match | null {
  let best: Match | null = null;
  for (const route of routes) {
    if (route.method !== method) continue;
    const match = matchPattern(route, segments);
    if (match && (!best || match.literals > best.literals)) best = match;
  }
  return best;
}

function matchPattern(route: AzureRoute, segments: string[]): Match | null {
  const pattern = route.pattern.split('/');
  const params: Record<string, string> = {};
  let literals = 0;
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith('{*')) {
      params[part.slice(2, -1)] = segments.slice(index).join('/');
      return { route, params, literals };
    }
    const segment = segments[index];
    if (segment === undefined) return null;
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part.toLowerCase() === segment.toLowerCase()) literals += 1;
    else return null;
  }
  return segments.length === pattern.length ? { route, params, literals } : null;
}

/** The project of the address; an answer of 404 when there is none. */
export function projectOf(call: Call): Project {
  const name = call.projectInPath ?? '';
  const project = findProject(call.world, call.organization, name);
  if (project) return project;
  throw notFound(
    `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`,
    'ProjectDoesNotExistWithNameException',
  );
}

export const param = (call: Call, name: string): string => call.params[name] ?? '';
