/** The dark modules of a QR code as one SVG path, a module being 1 × 1: each run of a row is a rectangle. */
export function qrPath(rows: readonly (readonly boolean[])[]): string {
  return rows
    .map((row, y) =>
      runs(row)
        .map(([from, to]) => `M${from} ${y}h${to - from}v1H${from}z`)
        .join(''),
    )
    .join('');
}

function runs(row: readonly boolean[]): (readonly [from: number, to: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let from = 0; from < row.length; from++) {
    if (!row[from]) continue;
    let to = from;
    while (row[to]) to++;
    found.push([from, to]);
    from = to;
  }
  return found;
}
