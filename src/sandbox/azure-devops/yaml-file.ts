import { DEFAULT_NAMES } from '../../pipeline/contract.ts';
import type { Definition } from './model.ts';

/** Where the pipeline's YAML lies in its repository. */
export const yamlFileOf = ({ yamlFilename }: Definition) => yamlFilename ?? DEFAULT_NAMES.pipelineFile;
