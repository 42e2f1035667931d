// What nvidia-smi answers, by machine: the fields that the lab asks for, in their order, without units.
//
// Rows of cards are those of public recordings, cut to our fields:
// - RTX 4080 SUPER at work, and its programs: nvidia_gpu_exporter, internal/captures, driver 595.71.05, Linux (26 June 2026)
// - programs beside one another on an H200, names with quotes and all: nvidia_gpu_exporter, internal/nvidiasmi tests
// - RTX 3080 with a driver that tells next to nothing: plambe/zabbix-nvidia-smi-multi-gpu#17
// - RTX 4090 at rest: RLinf/RLinf#255 (22 W of 450 W, 507 of 24,564 MiB, driver 550.163.01)
// - A800 that is divided: nvidia_gpu_exporter#203 (36,537 of 81,920 MiB, 33 °C, 87 W, no utilisation, driver 535.86.10)
// - cells of cards that are broken: the texts that NVML has for them (nvmlErrorString) in the place of numbers
// - A100 half asleep, half N/A: the rows of the documented form "[N/A]" for what a virtual machine withholds
// Failures are told as in oneflow#3106 and intel/llvm#17614 (mismatch), mattshma/bigdata#133 (no driver at work),
// darknet#86 (a card that is lost) and the manual (no devices); NVML's header names the bits of what slows a card down.

const ZERO = 'GPU-00000000-0000-0000-0000-000000000000'
const H200 = 'GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9'

export const CARDS = {
  /** Power and clocks as they are at work; no memory that counts its errors. */
  rtx4080: `${ZERO}, 595.71.05, 7, 16376, 1474, 46, 84.24, 2805, 11251, [N/A], 0x0000000000000000, [N/A], NVIDIA GeForce RTX 4080 SUPER\n`,
  rtx4090: `${ZERO}, 550.163.01, 0, 24564, 507, 29, 22.00, 210, 405, [N/A], 0x0000000000000001, [N/A], NVIDIA GeForce RTX 4090\n`,
  /** Its power is not told. */
  laptop: `${ZERO}, 525.60.11, 12, 4096, 3890, 71, [N/A], 1035, 6001, [N/A], 0x0000000000000020, [N/A], NVIDIA GeForce RTX 3050 Ti Laptop GPU\n`,
  /** Two, the second of which has memory that failed and is held down by its power limit and by heat. */
  a100: `${H200}, 535.104.05, 100, 81920, 30363, 64, 312.45, 1410, 1593, 0, 0x0000000000000000, [N/A], NVIDIA A100-SXM4-80GB\n${ZERO}, 535.104.05, 96, 81920, 35307, 81, 399.10, 1155, 1593, 2, 0x0000000000000044, [N/A], NVIDIA A100-SXM4-80GB\n`,
  /** A driver that tells its memory alone. */
  silent: `GPU-8fe3a97d-51f6-a669-0d80-b4530b81b816, 460.91.03, [N/A], 10240, 9029, 54, [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], NVIDIA GeForce RTX 3080\n`,
  /** Divided into parts: how busy it is is not told, and its memory is that of all of them. */
  mig: `GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f, 535.86.10, [N/A], 81920, 36537, 33, 87.00, 1410, 1593, 0, 0x0000000000000000, Enabled, NVIDIA A800-SXM4-80GB\n`,
  /** No room: 23.5 of 24 GB are others'. */
  full: `${ZERO}, 550.163.01, 100, 24564, 24110, 64, 398.20, 2520, 10501, [N/A], 0x0000000000000000, [N/A], NVIDIA GeForce RTX 4090\n`,
  /** Of which a part wants a reset, and one is lost beside one that works. */
  broken: `${H200}, 550.54.15, [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], [GPU requires reset], NVIDIA A100-SXM4-80GB\n${ZERO}, 550.54.15, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], NVIDIA A100-SXM4-80GB\n`,
} as const

export const USERS = {
  rtx4080: `${ZERO}, 2165, /usr/bin/kwin_wayland, 25\n${ZERO}, 5022, ffmpeg, 503\n${ZERO}, 5021, ffmpeg, 360\n`,
  /** Names are any text. */
  names: `${H200}, 10526, /opt/tools/mem? hog, 818\n${H200}, 10528, /opt/tools/mem "q" hog, 818\n${H200}, 42, /opt/tools/mem, hog, 12\n`,
  /** Windows does not tell how much a program holds. */
  windows: `${ZERO}, 2056, C:\\Windows\\System32\\dwm.exe, [N/A]\r\n`,
  /** What fills the card that is full. */
  full: `${ZERO}, 4021, python3, 22528\n${ZERO}, 977, /usr/lib/xorg/Xorg, 310\n`,
  /** Others' programs in a container. */
  hidden: `${H200}, [Insufficient Permissions], [Insufficient Permissions], [Insufficient Permissions]\n`,
} as const

export const FAILURES = {
  mismatch: {
    code: 18,
    stdout: 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.144\n',
    stderr: '',
  },
  noDriver: {
    code: 9,
    stdout:
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
    stderr: '',
  },
  noDevices: { code: 6, stdout: 'No devices were found\n', stderr: '' },
  lost: {
    code: 15,
    stdout:
      'Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU\n',
    stderr: '',
  },
  /** As newer drivers tell of one that fell off its bus (open-gpu-kernel-modules#387). */
  unknown: {
    code: 255,
    stdout: 'Unable to determine the device handle for GPU0000:0B:00.0: Unknown Error\n',
    stderr: '',
  },
  oldField: { code: 2, stdout: 'Field "clocks_event_reasons.active" is not a valid field to query.\n', stderr: '' },
} as const
