import type { Answer } from './answer.ts';

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

/** What Azure DevOps answers to an API request without credentials: a page for people, and not even an error. */
export const signInPage = (): Answer => ({
  status: 203,
  headers: HTML,
  body: '<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body>Sign in to your account</body></html>',
});

export const unauthorized = (why: string): Answer => ({
  status: 401,
  headers: { ...HTML, 'WWW-Authenticate': 'Bearer, Basic realm="azure-devops"' },
  body: `<!DOCTYPE html><html><head><title>Access Denied: TF400813</title></head><body>TF400813: The user is not authorized to access this resource. ${why}</body></html>`,
});
