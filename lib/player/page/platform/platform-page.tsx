import { useEffect } from 'preact/hooks';
import { useApi, useServices } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';
import { ProcessesPanel } from './processes-panel.tsx';

/** What the platform runs on: for operators, not for broadcasters. */
export function PlatformPage() {
  const api = useApi();
  const { processes } = useServices();
  const { value } = usePolled(() => api.listStreams(), 3_000);
  useEffect(() => {
    document.title = 'Platform · Headwater';
  }, []);
  return (
    <>
      <div class="page-head">
        <h1>Platform</h1>
      </div>
      {processes ? (
        <ProcessesPanel client={processes} streams={value?.streams ?? []} />
      ) : (
        <p>
          There’s nothing to manage here: this platform’s programs run where its operators deployed them. On
          one machine this page shows its processes.
        </p>
      )}
    </>
  );
}
