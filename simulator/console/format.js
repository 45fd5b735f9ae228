/** How numbers, times, units and untrusted text are written on the page. */

const UNITS = new Map([
  ["celsius", "°C"], ["fahrenheit", "°F"], ["kelvin", "K"], ["percent", "%"], ["percentage", "%"],
  ["hectopascal", "hPa"], ["pascal", "Pa"], ["lux", "lx"], ["particles per million", "ppm"],
  ["watt", "W"], ["kilowatt", "kW"], ["kilowatt hour", "kWh"], ["watt hour", "Wh"], ["volt", "V"], ["ampere", "A"],
  ["liter", "L"], ["liter per second", "L/s"], ["kilometer per hour", "km/h"], ["meter per second", "m/s"],
  ["decibel", "dB"], ["centimeter", "cm"], ["millimeter", "mm"], ["meter", "m"], ["meters", "m"], ["kilometer", "km"],
  ["second", "s"], ["seconds", "s"], ["minutes", "min"], ["hours", "h"], ["kilobytes", "kB"], ["megabytes", "MB"],
  ["signal strength", "dBm"], ["degree", "°"], ["kilogram", "kg"], ["gram", "g"], ["hertz", "Hz"],
]);

const formats = new Map();

function numberFormat(least, most) {
  const key = `${least}/${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format;
}

/** The symbol of a unit: Blynk names units in words, a panel shows symbols. */
export function unitSymbol(unit) {
  if (typeof unit !== "string" || unit === "") return "";
  return UNITS.get(unit.toLowerCase()) ?? plain(unit, 24);
}

/** A number with the datastream's decimals, or with as many as its size deserves. */
export function number(value, decimals = null) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e10 || (size > 0 && size < 1e-5)) return value.toExponential(3);
  if (decimals !== null) return numberFormat(decimals, decimals).format(value).replace("-", "−");
  const most = Number.isInteger(value) ? 0 : size >= 1000 ? 1 : size >= 1 ? 2 : 4;
  return numberFormat(0, most).format(value).replace("-", "−");
}

/** A count with thousands grouped. */
export function count(value) {
  return Number.isFinite(value) ? numberFormat(0, 0).format(value) : "–";
}

/** Untrusted text made harmless to read: control and direction-changing characters become visible, length is bounded. */
export function plain(text, limit = 400) {
  const shown = String(text)
    .slice(0, limit)
    .replace(/[\u0000-\u0009\u000b-\u001f]/g, (character) => String.fromCodePoint(0x2400 + character.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  return String(text).length > limit ? `${shown}…` : shown;
}

/** How long ago, in the largest unit that says enough. */
export function age(seconds) {
  if (seconds < 1) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** A running time such as "3 h 12 min". */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** The wall clock of an epoch time. */
export function clock(epoch) {
  return new Date(epoch * 1000).toLocaleTimeString("en-GB");
}

/** A coordinate with its hemisphere. */
export function coordinate(value, positive, negative) {
  return `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
}
