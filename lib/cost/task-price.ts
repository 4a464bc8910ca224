import type { PriceList } from './prices.ts';

export interface CostItem {
  readonly what: string;
  /** What it consists of, for people. */
  readonly quantity: string;
  readonly usd: number;
}

export interface TaskSize {
  readonly cpu: number;
  readonly memoryMiB: number;
}

export const sizeText = ({ cpu, memoryMiB }: TaskSize): string =>
  `${cpu / 1_024} vCPU, ${memoryMiB / 1_024} GB`;

export const taskHour = ({ cpu, memoryMiB }: TaskSize, prices: PriceList): number =>
  (cpu / 1_024) * prices.fargateVcpuHour + (memoryMiB / 1_024) * prices.fargateGbHour;
