import type { INetworkModule, NetworkRequestOptions } from '@azure/msal-node';

/** Sends what MSAL has for login.microsoftonline.com to the sandbox. */
export function sandboxNetwork(baseUrl: () => string): INetworkModule & { requests: string[] } {
  const requests: string[] = [];
  const send = async <T>(method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions) => {
    const { pathname, search, host } = new URL(url);
    if (host !== 'login.microsoftonline.com') throw new Error(`MSAL asked ${host}`);
    requests.push(`${method} ${pathname}`);
    const answer = await fetch(`${baseUrl()}/entra${pathname}${search}`, {
      method,
      headers: options?.headers ?? {},
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return {
      headers: Object.fromEntries(answer.headers),
      body: (await answer.json()) as T,
      status: answer.status,
    };
  };
  return {
    requests,
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}
