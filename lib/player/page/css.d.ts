// Styles are imported for the bundler; they give no values.
declare module '*.css';
