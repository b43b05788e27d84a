import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/json.ts';
import { readerLocale } from '../../../core/profile/reader-locale.ts';

const stamped = <T>(value: T) => ({ value, ms: 0, id: 'm' });
const speaking = (traits: { readonly [name: string]: Json }, device?: string) =>
  readerLocale({
    traits: Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, stamped(value)])),
    ...(device !== undefined && { locale: stamped(device) }),
  });

describe('the language of a reader', () => {
  it('is what they chose, before what their device speaks', () => {
    expect(speaking({ language: 'ru' }, 'en-GB')).toBe('ru');
    expect(speaking({ locale: 'pt_BR' }, 'en-GB')).toBe('pt_BR');
    expect(speaking({ language: 'lv', locale: 'ru' })).toBe('lv');
  });

  it('is that of their device where no trait is a language', () => {
    expect(speaking({}, 'ru-LV')).toBe('ru-LV');
    for (const language of ['Russian', '', null, 7, ['ru'], 'r', 'ru/../x'])
      expect(speaking({ language }, 'ru-LV')).toBe('ru-LV');
  });

  it('is not known of somebody of whom nothing is', () => {
    expect(speaking({})).toBeUndefined();
  });
});
