import { type EventBusLocation, type SecretLocation, splitLocation } from '../config/locations.ts';
import type { StreamEventBus } from '../control-store/ports.ts';
import { SecretUnreadableError } from '../control-store/secret-errors.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { logEventBus } from './local/log-event-bus.ts';
import { openWebhookBus } from './local/webhook-bus.ts';
import { openSecret } from './secret-sources.ts';

export interface EventBusChoice {
  readonly eventBus: EventBusLocation;
  /** The key that signs webhooks. */
  readonly webhookSecret?: SecretLocation | undefined;
}

/** Opens the configured event bus. Throws `SecretUnreadableError` if a webhook has no secret. */
export async function openEventBus(
  { eventBus, webhookSecret }: EventBusChoice,
  emit: EmitEvent,
): Promise<StreamEventBus> {
  if (eventBus === 'log') return logEventBus(emit);
  const { scheme, rest } = splitLocation(eventBus);
  if (scheme === 'webhook') return webhook(rest, webhookSecret, emit);
  const { createEventBridgeBus } = await import('./aws/event-bridge-bus.ts');
  return createEventBridgeBus({ busName: rest });
}

async function webhook(
  url: string,
  secret: SecretLocation | undefined,
  emit: EmitEvent,
): Promise<StreamEventBus> {
  if (secret !== undefined) return openWebhookBus({ url, secret: await openSecret(secret), emit });
  throw new SecretUnreadableError(
    'The webhook has no secret.',
    'Set HEADWATER_WEBHOOK_SECRET, for example to file:PATH.',
  );
}
