/** Where objects of a type live in Microsoft Graph v1.0, and what may be done with them. */
export type GraphType = {
  path: string;
  /** What the list is read with, besides `expand`. */
  listQuery?: string;
  /** `$expand=…`: parts that an object is read with. */
  expand?: string;
  /** There may be too many to read all for one: the list takes `$filter=displayName eq '…'`. */
  isFoundByName?: true;
  /** The name of a singleton's file. */
  name?: string;
  /** Objects that come with every tenant, and are no configuration: those that have this value. */
  skips?: { property: string; value: string };
  /** The id is part of the configuration: it is chosen by whoever creates the object, by PATCH. */
  hasChosenId?: true;
  /** Not deleted by a sync unless that was asked for. */
  isKept?: true;
  /** What the service makes by itself, besides annotations. */
  readOnly: readonly string[];
  /** Top-level properties that a PATCH of the object does not change, and what does. */
  apart?: readonly WrittenApart[];
};

/** How a property is written that a PATCH of its object leaves alone. */
export type WrittenApart = { property: string } & (
  | { kind: 'action'; action: string; parameter: string; alsoOnCreate: boolean }
  /** Members of a fixed collection, by id: `<object>/<property>/<id>`. */
  | { kind: 'members' }
);
