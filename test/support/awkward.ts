/** Characters that somebody's idea of a text gets wrong: of a line's end, of a quote, of a character, of nothing. */
export const AWKWARD: ReadonlyArray<readonly [what: string, text: string]> = [
  ['control characters', '\u0001\b\u000b\f\u001b\u001f\u007f'],
  ['line breaks', '\n\r\r\n'],
  ['line separators', '\u2028\u2029\u0085'],
  ['a byte order mark', '\ufeff'],
  ['quotes', `"'\`""`],
  ['backslashes', '\\ \\n \\" \\u2028 \\\\'],
  ['an emoji', '😀'],
  ['emoji that are joined', '👩🏽‍💻'],
  ['characters that are not in the first plane', '𝔘𐍈'],
  ['text that turns the direction', '\u202eabc\u202c\u2066def\u2069\u200f'],
  ['blanks', ' \t\u00a0\u3000\u200b'],
  ['a form that NFC would change', 'A\u030a\u212b'],
  ['what a spreadsheet would take for a formula', '=1+1;@x'],
  ['separators', ',;|&<>%'],
  ['zero', '\u0000'],
]

/** All of them in one. */
export const AWKWARD_TEXT = AWKWARD.map(([, text]) => text).join('')
