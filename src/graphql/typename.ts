/** NOT_FOUND → NotFound: refusals and events are types named like their codes. */
export const typenameOf = (code: string) =>
  code.toLowerCase().replace(/(^|_)([a-z])/g, (_all, _gap, letter: string) => letter.toUpperCase());
