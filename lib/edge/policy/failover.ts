/**
 * Answers of a live origin that mean "not here; the object store may have it". The local shield then asks the store, and so does
 * CloudFront's origin group. All others are final, above all 400 and 404.
 */
export const failoverStatuses = [500, 502, 503, 504] as const;
