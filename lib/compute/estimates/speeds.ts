/** Highest dense bf16 operations and bytes of memory a second, by the makers' data sheets; told apart by the name. */
const devices: { name: RegExp; flops: number; bytes: number }[] = [
  { name: /B200|GB200/, flops: 2250e12, bytes: 8e12 },
  { name: /H200/, flops: 989e12, bytes: 4.8e12 },
  { name: /H100 NVL/, flops: 835e12, bytes: 3.9e12 },
  { name: /H100 PCIe/, flops: 756e12, bytes: 2e12 },
  { name: /H100/, flops: 989e12, bytes: 3.35e12 },
  { name: /A100/, flops: 312e12, bytes: 2e12 },
  { name: /L40S/, flops: 362e12, bytes: 0.86e12 },
  { name: /\bL4\b/, flops: 121e12, bytes: 0.3e12 },
  { name: /A10\b|A10G/, flops: 125e12, bytes: 0.6e12 },
  { name: /V100/, flops: 125e12, bytes: 0.9e12 },
  { name: /\bT4\b/, flops: 65e12, bytes: 0.3e12 },
];
const otherGpu = { flops: 100e12, bytes: 0.5e12 };
/** Of the highest, what is reached without having been measured. */
const reachedShare = { flops: 0.35, bytes: 0.5 };
/** A core of a server in fp32 by PyTorch and ONNX Runtime, and what one machine's memory and disk give. */
const core = { flops: 20e9, bytes: 0 };
const machineBytes = { merge: 0.5e9, other: 8e9 };

/** Operations or bytes a second that a run may reach where nothing was measured; stated with the estimate. */
export function assumedSpeed(
  unit: "flop" | "byte",
  kind: string,
  place: { gpus: number; gpuName: string | null; cores: number },
): number {
  if (place.gpus > 0) {
    const device = devices.find(({ name }) => place.gpuName !== null && name.test(place.gpuName)) ?? otherGpu;
    return unit === "flop" ? device.flops * reachedShare.flops * place.gpus : device.bytes * reachedShare.bytes;
  }
  if (unit === "flop") return core.flops * Math.max(1, place.cores);
  return kind === "merge" ? machineBytes.merge : machineBytes.other;
}
