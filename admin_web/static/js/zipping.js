// A folder as one uncompressed zip, made of the files themselves: nothing large is held in memory. No uploading.

const LIMIT = 0xffffffff;
const UTF8 = 0x0800;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

async function crc32(file) {
  let crc = 0xffffffff;
  let size = 0;
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    for (let at = 0; at < value.length; at += 1) crc = table[(crc ^ value[at]) & 0xff] ^ (crc >>> 8);
  }
  if (size !== file.size) throw new Error("changed");
  return (crc ^ 0xffffffff) >>> 0;
}

// What both headers say of a file: version, flags, method, time, date, CRC, sizes, the name's length.
function described(name, size, crc) {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, 20, true);
  view.setUint16(2, UTF8, true);
  view.setUint16(8, 0x21, true); // the first day there is: the same content is the same zip
  view.setUint32(10, crc, true);
  view.setUint32(14, size, true);
  view.setUint32(18, size, true);
  view.setUint16(22, name.length, true);
  return view.buffer;
}

function number(value, bytes) {
  return Uint8Array.from({ length: bytes }, (_, at) => (value / 2 ** (8 * at)) & 0xff);
}

// How large the zip of [file, path] will be, in bytes.
export function zippedSize(files) {
  const encoder = new TextEncoder();
  return files.reduce((sum, [file, path]) => sum + file.size + 76 + 2 * encoder.encode(path).length, 22);
}

// Whether a zip of the plain kind can hold them.
export function fits(files) {
  return files.length < 0xffff && zippedSize(files) < LIMIT;
}

// The zip of [file, path] as a Blob. Throws where a file can't be read or changes meanwhile.
export async function zipped(files) {
  const encoder = new TextEncoder();
  const parts = [];
  const directory = [];
  let offset = 0;
  let listed = 0;
  for (const [file, path] of files) {
    const name = encoder.encode(path);
    const about = described(name, file.size, await crc32(file));
    parts.push(number(0x04034b50, 4), about, name, file);
    directory.push(number(0x02014b50, 4), number(20, 2), about, number(0, 10), number(offset, 4), name);
    offset += 30 + name.length + file.size;
    listed += 46 + name.length;
  }
  const end = [number(0x06054b50, 4), number(0, 4), number(files.length, 2), number(files.length, 2)];
  return new Blob([...parts, ...directory, ...end, number(listed, 4), number(offset, 4), number(0, 2)]);
}
