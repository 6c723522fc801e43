/** Where the authorization of requests to Azure DevOps comes from. It is asked at each request and caches by itself. */
export type TokenSource = {
  /** The whole value of an `Authorization` header. `fresh`: the last one was refused, so no cache may answer. */
  authorization(options: { fresh: boolean }): Promise<string>;
};
