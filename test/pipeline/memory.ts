import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/pipeline/canonical-json.ts';
import type { CredentialGranted, SyncStage } from '../../src/pipeline/contract.ts';
import { NOTHING_INHERITED } from '../../src/pipeline/inheritance.ts';
import { runStage } from '../../src/pipeline/run-stage.ts';
import type {
  ConfigurationObject,
  Repository,
  StageContext,
  TenantConnection,
} from '../../src/pipeline/stage.ts';

/** A repository of whole files in memory, with content-addressed commits. */
export class MemoryRepository implements Repository {
  readonly heads = new Map<string, string>();
  readonly commits = new Map<string, Map<string, string>>();
  /** Runs once before the next commit: somebody else is faster. */
  beforeCommit: (() => void) | null = null;

  head(branch: string) {
    return Promise.resolve(this.heads.get(branch) ?? null);
  }
  readFiles(commit: string) {
    const files = this.commits.get(commit);
    return files ? Promise.resolve(new Map(files)) : Promise.reject(new Error(`no commit ${commit}`));
  }
  commit({ branch, expectedHead, files }: Parameters<Repository['commit']>[0]) {
    this.beforeCommit?.();
    this.beforeCommit = null;
    const head = this.heads.get(branch) ?? null;
    return Promise.resolve(head === expectedHead ? this.push(branch, files) : null);
  }

  push(branch: string, changes: Map<string, string | null>): string {
    const files = new Map(this.files(branch));
    for (const [path, content] of changes) {
      if (content === null) files.delete(path);
      else files.set(path, content);
    }
    const parent = this.heads.get(branch) ?? '';
    const id = createHash('sha1')
      .update(canonicalJson([parent, [...files], this.commits.size]))
      .digest('hex');
    this.commits.set(id, files);
    this.heads.set(branch, id);
    return id;
  }
  files(branch: string): Map<string, string> {
    return this.commits.get(this.heads.get(branch) ?? '') ?? new Map<string, string>();
  }
}

/** A tenant in memory that counts what is written to it. */
export class MemoryTenant implements TenantConnection {
  objects: ConfigurationObject[] = [];
  writes: string[] = [];
  refused = new Set<string>();

  constructor(objects: ConfigurationObject[]) {
    this.objects = structuredClone(objects);
  }
  readAll() {
    return Promise.resolve(structuredClone(this.objects));
  }
  read(configurationType: string, displayName: string) {
    const found = this.objects.find(
      (object) => object.configurationType === configurationType && object.displayName === displayName,
    );
    return Promise.resolve(found ? structuredClone(found) : null);
  }
  create(object: ConfigurationObject) {
    return this.#write('create', object.displayName, [object]);
  }
  update(object: ConfigurationObject) {
    return this.#write('update', object.displayName, [object]);
  }
  remove(_type: string, displayName: string) {
    return this.#write('remove', displayName, []);
  }
  find(displayName: string): ConfigurationObject {
    const object = this.objects.find((candidate) => candidate.displayName === displayName);
    if (!object) throw new Error(`no ${displayName}`);
    return object;
  }
  #write(verb: string, displayName: string, objects: ConfigurationObject[]) {
    if (this.refused.has(displayName)) return Promise.reject(new Error(`Forbidden: ${displayName}`));
    this.writes.push(`${verb} ${displayName}`);
    this.objects = [
      ...this.objects.filter((object) => object.displayName !== displayName),
      ...structuredClone(objects),
    ];
    return Promise.resolve();
  }
}

/** A run of the pipeline over both, stage by stage. */
export class Pipeline {
  readonly repository: MemoryRepository;
  readonly tenant: TenantConnection;
  attachments = new Map<string, string>();
  artifacts = new Map<string, Map<string, string>>();
  tags: string[] = [];
  errors: { code: string; message: string }[] = [];
  lines: string[] = [];
  progress: string[] = [];
  approvedDigest: string | null = null;
  isWhatIf = false;
  inheritance = NOTHING_INHERITED;

  constructor(repository: MemoryRepository, tenant: TenantConnection) {
    this.repository = repository;
    this.tenant = tenant;
  }

  run(stage: SyncStage) {
    return runStage(stage, this.#context());
  }
  /** Backup and preview; whether changes are needed. */
  async look(): Promise<boolean> {
    await this.run('BACKUP');
    return (await this.run('PREVIEW')).changesNeeded === true;
  }

  /** The content of the attachment of that type, parsed. */
  attached(type: string): unknown {
    const text = this.attachments.get(type);
    return text === undefined ? null : JSON.parse(text);
  }

  #context(): StageContext {
    const granted: CredentialGranted = {
      accessToken: 'token',
      expiresAt: new Date().toISOString(),
      digestKey: Buffer.alloc(32, 7).toString('base64'),
      approvedDigest: this.approvedDigest,
    };
    return {
      buildId: 1,
      mode: 'FULL',
      isWhatIf: this.isWhatIf,
      repository: this.repository,
      inheritanceAt: () => Promise.resolve(this.inheritance),
      connect: () => this.tenant,
      credential: () => Promise.resolve(granted),
      readAttachment: (type) => Promise.resolve(this.attachments.get(type) ?? null),
      signal: new AbortController().signal,
      report: {
        log: (line) => void this.lines.push(line),
        progress: (percent, what) => void this.progress.push(`${percent} % ${what}`),
        error: (code, message) => void this.errors.push({ code, message }),
        attach: ({ type, content }) => Promise.resolve(void this.attachments.set(type, content)),
        publishArtifact: (name, files) => Promise.resolve(void this.artifacts.set(name, files)),
        addTag: (tag) => Promise.resolve(void this.tags.push(tag)),
      },
    };
  }
}
