import { CopyField } from '../ui/copy-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { QrCode } from './qr-code.tsx';
import { developerLinks, type EmbedOffer, type Shared, shareLink } from './share-links.ts';
import { useEmbedOffer } from './use-embed-offer.ts';

/** Ways to bring others to a stream: its link, for a phone's camera too, the player for a website, and addresses for players. */
export function ShareDialog({ shared, onClose }: { shared: Shared; onClose: () => void }) {
  const { name, isSigned = false } = shared;
  const link = shareLink(shared, location.origin);
  const offer = useEmbedOffer(isSigned ? undefined : link);
  const developers = developerLinks(shared);
  return (
    <Dialog title={`Share “${name}”`} onClose={onClose}>
      {isSigned && (
        <p class="note">
          This address alone plays nothing: viewers need a link of their own. Create one under “Who can
          watch”.
        </p>
      )}
      <div class="share-link">
        <QrCode text={link} label="QR code of the link" />
        <div class="share-link-text">
          <CopyField label="Link" value={link} />
          {'share' in navigator && (
            <button
              type="button"
              class="button button-small"
              // Refused, or the user chose nothing: the link is on the page in any case.
              onClick={() => void navigator.share({ title: name, url: link }).catch(() => {})}
            >
              Share with an app…
            </button>
          )}
        </div>
      </div>
      {!isSigned && <Embed offer={offer} />}
      {developers.length > 0 && (
        <details class="fold">
          <summary>For developers</summary>
          <div class="share-addresses">
            {developers.map(([label, url]) => (
              <CopyField key={label} label={`${label} address`} value={url} />
            ))}
          </div>
        </details>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Embed({ offer }: { offer: EmbedOffer }) {
  switch (offer.kind) {
    case 'code':
      return <CopyField label="Embed code" value={offer.html} />;
    case 'asking':
      return <p class="quiet">Asking for the embed code…</p>;
    case 'closed':
      return <p class="quiet">The broadcaster doesn’t allow this stream on other websites.</p>;
    default:
      return <p class="quiet">There’s no embed code at the moment.</p>;
  }
}
