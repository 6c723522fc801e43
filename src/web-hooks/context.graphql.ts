import type { WebHookServices } from './web-hook-services.ts';

declare module '../graphql/context.ts' {
  interface Context {
    webHooks: WebHookServices;
  }
}
