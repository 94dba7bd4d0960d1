// Tables as spreadsheets write them (RFC 4180, and what Excel makes of it), read and written.

/** What a formula begins with, also in the wide form that some spreadsheets take. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const PHONE = /^\+\d[\d ().]*$/;

/** A cell that a spreadsheet would run as a formula gets an apostrophe before it, as `contacts export` does. */
export function guarded(cell) {
  return FORMULA.test(cell.replace(/^'+/, "")) && !PHONE.test(cell) ? `'${cell}` : cell;
}

/** A cell as it was before it was guarded. */
export function unguarded(cell) {
  const rest = cell.slice(1);
  return cell.startsWith("'") && FORMULA.test(rest.replace(/^'+/, "")) ? rest : cell;
}

/** @param {string[][]} rows @param {string} separator @returns {Blob} with the mark by which Excel knows UTF-8 */
export function write(rows, separator) {
  const cell = (text) => (/["\r\n;,\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => row.map((text) => cell(text ?? "")).join(separator));
  return new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** A file's text: UTF-8 or UTF-16 by its mark, UTF-8 if it is sound, otherwise what Windows writes. @param {ArrayBuffer} bytes */
export function decode(bytes) {
  const [a, b] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The separator that the first line has most of. @param {string} text */
export function separatorOf(text) {
  const line = text
    .slice(0, 65536)
    .split(/\r?\n/, 1)[0]
    .replace(/"[^"]*"/g, "");
  const count = (separator) => line.split(separator).length;
  return [";", ",", "\t"].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

/**
 * The rows of a table; blank lines are none.
 * @param {string} text
 * @returns {string[][]}
 */
export function read(text) {
  const separator = separatorOf(text);
  const rows = [];
  let row = [],
    cell = "",
    quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.some((one) => one.trim() !== "")) rows.push(row);
    row = [];
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[i + 1] === "\n") i++;
      endRow();
    } else cell += char;
  }
  if (cell !== "" || row.length) endRow();
  return rows;
}

/** Which field a heading means, in English or Spanish, whatever its case, accents and blanks. @param {string} heading */
export function fieldOf(heading) {
  const plain = heading
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
  const names = {
    first_name: ["firstname", "nombre", "nombres", "givenname"],
    last_name: ["lastname", "apellido", "apellidos", "surname", "familyname"],
    email: ["email", "emailaddress", "correo", "correoelectronico", "mail"],
    phone: ["phone", "phonenumber", "telefono", "movil", "celular", "mobile", "tel"],
  };
  return Object.keys(names).find((field) => names[field].includes(plain));
}

/** Hands a file to the browser. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
