import { useState } from 'preact/hooks';
import { FieldFaultsError } from '../model/field-faults.ts';
import { consolePath } from '../model/routes.ts';
import { navigate } from '../shell/navigation.ts';
import { useApi, useServices } from '../shell/services.ts';
import { Field } from '../ui/field.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';

/** Asks for a name, creates the stream and opens its console, where the key is shown. */
export function CreateStream({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const { keys, announce } = useServices();
  const [name, setName] = useState('');
  const task = useTask(['name']);

  const create = async () => {
    if (name.trim() === '') throw new FieldFaultsError({ name: 'Enter a name for the stream.' });
    const stream = await api.createStream(name.trim());
    keys.set(stream.id, stream.ingest.rtmps.key);
    announce(`Stream ${stream.name} created. Its key is shown on this page.`);
    navigate(consolePath(stream.id));
  };

  return (
    <TaskDialog
      title="New stream"
      confirm="Create stream"
      doing="Creating…"
      tone="primary"
      run={create}
      task={task}
      onClose={onClose}
    >
      <Field
        label="Name"
        value={name}
        hint="Shown to viewers. You can change it later."
        fault={task.fieldFaults.name}
        onInput={setName}
        input={{ maxLength: 100, placeholder: 'Friday evening show' }}
      />
    </TaskDialog>
  );
}
