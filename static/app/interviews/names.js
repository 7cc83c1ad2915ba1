// Does a text seem to say who somebody is? A warning before it is kept, never a wall.
//
// Owns: the signs of a name, a number of a document or a telephone. Pure. Errs towards warning:
// a summary goes to the whole team, and a name in it undoes the sealed identity record.

const UPPER = 'A-ZА-ЯЁӘҒҚҢӨҰҮҺІ';
const LOWER = 'a-zа-яёәғқңөұүһі';
const WORD = `[${UPPER}][${LOWER}]+`;

/** @type {{sign: string, pattern: RegExp}[]} */
const SIGNS = [
  // Иванов А. Б. / А.Б. Иванов
  { sign: 'initials', pattern: new RegExp(`(?:${WORD}\\s+[${UPPER}]\\.\\s?(?:[${UPPER}]\\.)?)|(?:[${UPPER}]\\.\\s?[${UPPER}]\\.\\s?${WORD})`, 'u') },
  // Patronymics: Ивановича, Сериковна, Бекұлы, Маратқызы
  { sign: 'patronymic', pattern: new RegExp(`[${UPPER}][${LOWER}]+(?:ович|евич|ьич|овн|евн|ичн|ұлы|улы|қызы|кызы)[${LOWER}]{0,3}(?![${LOWER}])`, 'u') },
  // Number of an identity document (12 digits here, 9 and more elsewhere) or a telephone
  { sign: 'number', pattern: /(?:\+?\d[\s()-]?){9,}/u },
];

/** Two words with capitals in a row, and not at the start of a sentence. */
const TWO_NAMES = new RegExp(`([^.!?…:»"\\n]\\s+)(${WORD}\\s+${WORD})(?![${LOWER}])`, 'u');

/**
 * @param {string} text
 * @param {string[]} [known] words of the identity record, where it is open in this session
 * @returns {string | null} the passage that looks like a name; null where there is none
 */
export function seemsToName(text, known = []) {
  const lower = text.toLocaleLowerCase();
  for (const word of known) {
    if (word.length >= 4 && lower.includes(word.toLocaleLowerCase())) return word;
  }
  for (const { pattern } of SIGNS) {
    const match = pattern.exec(text);
    if (match) return match[0].trim();
  }
  return TWO_NAMES.exec(text)?.[2] ?? null;
}

/**
 * The words of an identity record that a summary must not hold.
 * @param {{name?: string, born?: string, contact?: string} | null} identity
 * @returns {string[]}
 */
export function tellingWords(identity) {
  if (!identity) return [];
  return [identity.name, identity.contact].filter(Boolean).flatMap((part) => String(part).split(/[\s,;]+/)).filter((word) => word.length >= 4);
}
