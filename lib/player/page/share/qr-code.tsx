import { useMemo } from 'preact/hooks';
import encodeQR from 'qr';
import { qrPath } from './qr-path.ts';

/** Light around the code, in modules (ISO/IEC 18004 section 6.3.8). */
const quietZone = 4;

/** A QR code, dark on light in both colour schemes: scanners expect it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: quietZone });
    return { path: qrPath(rows), size: rows.length };
  }, [text]);
  return (
    <svg
      class="qr-code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
