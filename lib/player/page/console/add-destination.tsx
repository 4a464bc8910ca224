import { useState } from 'preact/hooks';
import { emptyFieldFaults } from '../model/field-faults.ts';
import { useApi, useServices } from '../shell/services.ts';
import { Field } from '../ui/field.tsx';
import { TaskDialog } from '../ui/task-dialog.tsx';
import { useTask } from '../ui/use-task.ts';

/** Asks for another server's name, address and key. The key is kept only until the dialog closes. */
export function AddDestination(props: { streamId: string; onAdded: () => void; onClose: () => void }) {
  const { streamId, onAdded, onClose } = props;
  const api = useApi();
  const { announce } = useServices();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const task = useTask(['name', 'url', 'key']);
  const add = async () => {
    const made = { name: name.trim(), url: url.trim(), key: key.trim() };
    const empty = emptyFieldFaults(made, {
      name: 'Enter a name.',
      url: 'Enter the server address.',
      key: 'Enter the stream key from the other service.',
    });
    if (empty) throw empty;
    await api.addDestination(streamId, made);
    announce(`${made.name} added`);
    onAdded();
  };
  return (
    <TaskDialog
      title="Add a destination"
      confirm="Add"
      doing="Adding…"
      tone="primary"
      run={add}
      task={task}
      onClose={onClose}
    >
      <Field
        label="Name"
        value={name}
        fault={task.fieldFaults.name}
        onInput={setName}
        input={{ maxLength: 60, placeholder: 'Second site' }}
      />
      <Field
        label="Server"
        value={url}
        hint="Without the stream key. This address is shown in the console."
        fault={task.fieldFaults.url}
        onInput={setUrl}
        input={{ maxLength: 500, placeholder: 'rtmps://live.example.com/app', inputMode: 'url' }}
      />
      <Field
        label="Stream key"
        value={key}
        hint="Stored encrypted and never shown again."
        fault={task.fieldFaults.key}
        onInput={setKey}
        secret
        input={{ maxLength: 500 }}
      />
    </TaskDialog>
  );
}
