import type { Services } from './services.ts';

declare module '../graphql/context.ts' {
  interface Context {
    services: Services;
  }
}
