export const INSTALL_ERRORS: Readonly<Record<string, string>>;
