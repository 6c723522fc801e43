import { mergeConfig } from 'vitest/config';
import short from './vitest.config.ts';

export default mergeConfig(
  { ...short, test: { ...short.test, include: [], exclude: [] } },
  {
    test: { include: ['test/long/**/*.test.ts'], testTimeout: 600_000 },
  },
);
