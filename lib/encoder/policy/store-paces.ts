/** How often a broadcast's record gets the input's current bit rate. */
export const inputReportEveryMs = 5_000;
