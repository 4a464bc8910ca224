import encodeQR from 'qr';

/** Dark on white, whatever the terminal's colours are: scanners don't like it inverted. */
const paper = '\u001B[30;107m';
const plain = '\u001B[0m';
/** By whether the upper and the lower module are dark. */
const blocks = [
  [' ', '▄'],
  ['▀', '█'],
] as const;

/** A QR code for a terminal, indented, two rows of modules a line. */
export function terminalQrCode(text: string): string {
  const rows = encodeQR(text, 'raw', { border: 2, ecc: 'low' });
  const lines: string[] = [];
  for (let row = 0; row < rows.length; row += 2) {
    const [upper = [], lower = []] = [rows[row], rows[row + 1]];
    const line = upper.map((isDark, column) => blocks[isDark ? 1 : 0][lower[column] ? 1 : 0]).join('');
    lines.push(`  ${paper}${line}${plain}`);
  }
  return lines.join('\n');
}
