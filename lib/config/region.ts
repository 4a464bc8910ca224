/** A region's name in paths and URLs: `local`, or an AWS region. Without zod, because the page in the browser uses it too. */
export const regionPattern = /^[a-z0-9-]{1,32}$/;
