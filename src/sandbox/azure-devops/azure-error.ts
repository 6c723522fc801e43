/** An answer that says no, in the shape of Azure DevOps' own. */
export class AzureError extends Error {
  readonly status: number;
  readonly typeKey: string;
  constructor(status: number, typeKey: string, message: string) {
    super(message);
    this.status = status;
    this.typeKey = typeKey;
  }

  body() {
    return {
      $id: '1',
      innerException: null,
      message: this.message,
      typeName: `Microsoft.TeamFoundation.Sandbox.${this.typeKey}, Microsoft.TeamFoundation.Sandbox`,
      typeKey: this.typeKey,
      errorCode: 0,
      eventId: 3000,
    };
  }
}

export const badRequest = (message: string, typeKey = 'VssPropertyValidationException') =>
  new AzureError(400, typeKey, message);
export const notFound = (message: string, typeKey: string) => new AzureError(404, typeKey, message);
export const conflict = (message: string, typeKey: string) => new AzureError(409, typeKey, message);
export const forbidden = (message: string, typeKey: string) => new AzureError(403, typeKey, message);
