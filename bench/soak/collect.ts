/** Loaded into the process under test: it collects its garbage when it is told to, so that what is sampled is held. */
process.on('SIGUSR2', () => globalThis.gc?.());
