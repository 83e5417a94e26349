/** Style sheets as the bundler gives them, so that types are checked before a first build has written Next's own. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css';
