// The cipher by itself, without a browser: js/src/seal.ts runs in Node as it is.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Seal } from '../src/seal.js'
import { xchacha20poly1305 } from '../vendor/noble-ciphers/chacha.js'

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1)
const seal = (name = 'wx-a', bytes = key): Seal => new Seal(name, undefined, bytes)

const samples = [
  '{}',
  '"x"',
  'ASCII and \u00ff',
  '中文 and 😀',
  'half a pair: \ud800 \udfff',
  '\u0000\u0001',
  'x'.repeat(700_001),
  '字'.repeat(100_001)
]

/** The text with one bit of one unit turned. */
function turned(text: string, at: number, bit: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)
}

test('the vendored cipher is the published one', async () => {
  const packed = dirname(createRequire(import.meta.url).resolve('@noble/ciphers/chacha.js'))
  const ours = join(packed, '../../../vendor/noble-ciphers')
  for (const file of ['LICENSE', 'chacha.js', '_arx.js', '_poly1305.js', 'utils.js']) {
    assert.ok((await readFile(join(packed, file))).equals(await readFile(join(ours, file))), file)
  }
})

test('the cipher gives the published test vector', () => {
  // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
  const sealed = xchacha20poly1305(
    hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
    hex('404142434445464748494a4b4c4d4e4f5051525354555657'),
    hex('50515253c0c1c2c3c4c5c6c7')
  ).encrypt(new TextEncoder().encode(text))
  assert.equal(
    Buffer.from(sealed).toString('hex'),
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb' +
      '731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
      '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
      '21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a' +
      'cf49'
  )
})

test('every text comes back, as one-byte units, sealed anew each time', () => {
  for (const text of samples) {
    const sealed = seal().seal('k', 1, text)
    assert.ok(seal().open('k', 1, sealed) === text, text.slice(0, 20))
    // eslint-disable-next-line no-control-regex -- all of them is the point
    assert.match(sealed, /^[\u0000-\u00ff]*$/)
    assert.notEqual(seal().seal('k', 1, text), sealed)
    const parts = seal().sealEntry(text, 7, text)
    assert.ok(seal().openKey(parts[0]) === text)
    assert.ok(seal().openText(text, 7, parts) === text)
  }
})

test('nothing opens when a bit is turned', () => {
  const sealed = seal().seal('k', 1, 'secret')
  const parts = seal().sealEntry('k', 7, '"secret"')
  for (let bit = 0; bit < 8; bit += 1) {
    for (let at = 0; at < sealed.length; at += 1) {
      assert.equal(seal().open('k', 1, turned(sealed, at, bit)), undefined, `value, unit ${at}`)
    }
    for (let at = 0; at < parts[0].length; at += 1) {
      assert.equal(seal().openKey(turned(parts[0], at, bit)), undefined, `key, unit ${at}`)
    }
    for (let at = 0; at < parts[1].length; at += 1) {
      assert.equal(seal().openText('k', 7, [parts[0], turned(parts[1], at, bit)]), undefined, `text, unit ${at}`)
    }
  }
  for (const cut of [0, 1, 4, 28, 29, 44, sealed.length - 1]) {
    assert.equal(seal().open('k', 1, sealed.slice(0, cut)), undefined, `cut to ${cut}`)
  }
})

test('a value opens only where it was sealed', () => {
  const sealed = seal().seal('k', 1, 'secret')
  assert.equal(seal().open('l', 1, sealed), undefined, 'under another key')
  assert.equal(seal().open('k', 2, sealed), undefined, 'as another type')
  assert.equal(seal('wx-b').open('k', 1, sealed), undefined, 'in another space')
  assert.equal(seal('wx-a', key.map((byte) => byte ^ 1)).open('k', 1, sealed), undefined, 'with another encryption key')
  const one = seal().sealEntry('k', 7, '1')
  const two = seal().sealEntry('k', 7, '2')
  assert.equal(seal().openText('k', 7, [one[0], two[1]]), undefined, 'the text of one version with the key of another')
  assert.equal(seal('my-b').openKey(one[0]), undefined, 'the key in another space')
})
