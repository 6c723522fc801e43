import type { Logger } from '../lib/logger.ts';
import type { AzureDevOpsHttp } from './azure-devops-http.ts';

/** One configured project, with the door of its organisation. */
export type ProjectConnection = {
  http: AzureDevOpsHttp;
  organizationUrl: string;
  organization: string;
  project: string;
  logger: Logger;
};

/** The project's name for messages. */
export const inProject = ({ organization, project }: ProjectConnection) => `in ${organization}/${project}`;
