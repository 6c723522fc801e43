/** Loaded before the program: its wall clock is off by ten minutes, as on a machine that nobody set. */
const OFF_BY_MS = 10 * 60_000;

const Right = Date;
const now = () => Right.now() + OFF_BY_MS;

globalThis.Date = new Proxy(Right, {
  construct: (target, args: unknown[], as) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, as) as object,
  apply: () => new Right(now()).toString(),
  get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
});
