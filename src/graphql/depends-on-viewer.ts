export const DEPENDS_ON_VIEWER = 'dependsOnViewer';

/** For `extensions` of a field whose value depends on who the viewer is: it is never told to somebody else. */
export const dependsOnViewer = { [DEPENDS_ON_VIEWER]: true } as const;
