// Encryption at rest in real pages: what stands in storage, what damage and lost keys cost, how keys move.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { lasting, launch, modulePage, reload, until } from './lib/browser.js'
import type { Server } from './lib/server.js'
import { html, script, serve } from './lib/server.js'

let server: Server
let browser: Browser

before(async () => {
  server = await serve()
  browser = await launch()
})
after(async () => {
  await browser.close()
  await server.close()
})

type Driver = (typeof lasting)[number]

/** Everything that the origin stores, as one text: strings, and bytes in three readings. */
function everything(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const parts: string[] = []
    const add = (value: unknown): void => {
      if (typeof value === 'string') parts.push(value)
      else if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        for (const encoding of ['latin1', 'utf-8', 'utf-16le']) parts.push(new TextDecoder(encoding).decode(bytes))
      } else if (typeof value === 'object' && value !== null && !(value instanceof CryptoKey)) {
        for (const [key, item] of Object.entries(value)) {
          parts.push(key)
          add(item)
        }
      }
    }
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => {
          resolve(request.result)
        }
        request.onerror = () => {
          reject(request.error ?? new Error('refused'))
        }
      })
    for (const key of Object.keys(localStorage)) parts.push(key, localStorage.getItem(key) ?? '')
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name ?? ''))
      for (const store of db.objectStoreNames) {
        const rows = db.transaction(store).objectStore(store)
        const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())])
        add(keys)
        add(values)
      }
      db.close()
    }
    return parts.join('\n')
  })
}

/** Changes every stored record: `change` gets header and payload of one and gives the new payload. */
function alter(page: Page, appId: string, change: (header: string, payload: string) => [string, string]): Promise<number> {
  const call = `(${change.toString()})`
  // The page's policy forbids eval, so the function goes in as a script of the server.
  server.add('/t/change.js', `window.change = ${call}`)
  return page.evaluate(async (app) => {
    await new Promise<void>((resolve, reject) => {
      const element = document.createElement('script')
      element.src = '/t/change.js'
      element.onload = () => {
        resolve()
      }
      element.onerror = () => {
        reject(new Error('no script'))
      }
      document.head.append(element)
    })
    const how = (window as unknown as { change: (header: string, payload: string) => [string, string] }).change
    let changed = 0
    for (const key of Object.keys(localStorage)) {
      const text = localStorage.getItem(key) ?? ''
      if (!key.includes(app) || !text.startsWith('m1')) continue
      const start = 14 + parseInt(text.slice(2, 6), 36) * 37
      const [header, payload] = how(text.slice(14, start), text.slice(start))
      localStorage.setItem(key, text.slice(0, 14) + header + payload)
      changed += 1
    }
    for (const { name } of await indexedDB.databases()) {
      if (!name?.includes(app)) continue
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.open(name)
        request.onsuccess = () => {
          const db = request.result
          const tx = db.transaction('records', 'readwrite')
          tx.objectStore('records').openCursor().onsuccess = (event) => {
            const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result
            if (!cursor) return
            const row = cursor.value as { h: string; p: string }
            const [h, p] = how(row.h, row.p)
            cursor.update({ ...row, h, p })
            changed += 1
            cursor.continue()
          }
          tx.oncomplete = () => {
            db.close()
            resolve()
          }
          tx.onabort = () => {
            reject(tx.error ?? new Error('aborted'))
          }
        }
      })
    }
    return changed
  }, appId)
}

/** Writes n values of my and a plain one of wx, and closes the Mini. */
function fill(page: Page, appId: string, storage: Driver, n: number): Promise<void> {
  return page.evaluate(
    async ([app, driver, count]) => {
      const mini = await window.harness.lib.createMini({ appId: app, storage: driver })
      for (let i = 0; i < count; i += 1) mini.my.setStorageSync({ key: `key-${i}`, data: { n: i, text: '值'.repeat(i % 7) } })
      mini.wx.setStorageSync('plain', 'open')
      await mini.close()
    },
    [appId, storage, n] as const
  )
}

interface Seen {
  good: number
  missing: string[]
  wrong: string[]
  lost: Array<{ key?: string; reason: string }>
  wx: unknown
}

/** What a fresh Mini reads of what fill() has written. */
function look(page: Page, appId: string, storage: Driver, n: number): Promise<Seen> {
  return page.evaluate(
    async ([app, driver, count]) => {
      const mini = await window.harness.lib.createMini({ appId: app, storage: driver, onWarning: () => undefined })
      const seen: Seen = { good: 0, missing: [], wrong: [], lost: [], wx: mini.wx.getStorageSync('plain') }
      for (let i = 0; i < count; i += 1) {
        const { data } = mini.my.getStorageSync({ key: `key-${i}` }) as { data: unknown }
        if (data === null) seen.missing.push(`key-${i}`)
        else if (JSON.stringify(data) === JSON.stringify({ n: i, text: '值'.repeat(i % 7) })) seen.good += 1
        else seen.wrong.push(`key-${i}`)
      }
      seen.lost = (mini.health() as unknown as { lost: Seen['lost'] }).lost
      await mini.close()
      return seen
    },
    [appId, storage, n] as const
  )
}

for (const storage of lasting) {
  test(`${storage}: neither keys nor values of my stand anywhere`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    // While the write stands in the journal: no task has run since.
    const early = await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'scan', storage: driver })
      window.harness.minis.a = mini
      mini.my.setStorageSync({ key: 'markkey-sync', data: 'markvalue-sync' })
      mini.my.setStorageSync({ key: 'markkey-中文', data: 'markvalue-中文' })
      await Promise.resolve()
      await Promise.resolve()
      return Object.entries(localStorage).flat().join('\n')
    }, storage)
    assert.ok(early.includes('minipoly:'), 'nothing stands in the journal')
    assert.doesNotMatch(early, /mark(key|value)/)
    await page.evaluate(async () => {
      const mini = window.harness.minis.a
      await mini?.my.setStorage({ key: 'markkey-async', data: 'markvalue-async' })
      await mini?.wx.setStorage({ key: 'k', data: 'markvalue-wx', encrypt: true })
      await mini?.wx.setStorage({ key: 'l', data: { a: 'markvalue-wx' }, encrypt: true })
      mini?.my.removeStorageSync({ key: 'markkey-sync' })
      mini?.wx.setStorageSync('open', 'OPENVALUE')
      await mini?.flush()
    })
    for (const when of ['after flush', 'after a reload']) {
      const all = await everything(page)
      assert.ok(all.includes('OPENVALUE'), 'the scan does not even find the plain value')
      assert.doesNotMatch(all, /mark(key|value)/, when)
      await reload(page)
    }
    await context.close()
  })

  test(`${storage}: 1,000 values of my come back after a reload`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await fill(page, 'many', storage, 1000)
    for (let round = 0; round < 2; round += 1) {
      await reload(page)
      assert.deepEqual(await look(page, 'many', storage, 1000), { good: 1000, missing: [], wrong: [], lost: [], wx: 'open' })
    }
    await context.close()
  })

  test(`${storage}: a flipped byte costs one entry, which is reported`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    for (const [name, at] of [
      ['id', 2],
      ['nonce', 10],
      ['key', 30],
      ['text', 60]
    ] as const) {
      const app = `flip-${name}`
      await fill(page, app, storage, 20)
      // One script for each place, as it is sent to the page as text.
      const source = `(header, payload) => [header, header.length < 37 * 20 ? payload : payload.slice(0, ${at}) + String.fromCharCode(payload.charCodeAt(${at}) ^ 1) + payload.slice(${at + 1})]`
      const changed = await alter(page, app, Object.assign(() => ['', ''] as [string, string], { toString: () => source }))
      assert.ok(changed > 0)
      await reload(page)
      const seen = await look(page, app, storage, 20)
      assert.deepEqual([seen.good, seen.missing.length, seen.wrong, seen.wx], [19, 1, [], 'open'], name)
      assert.deepEqual(seen.lost, [{ reason: 'entry-lost' }], name)
    }
    await context.close()
  })

  test(`${storage}: a forged value with a right checksum is noticed when it is read`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await fill(page, 'forged', storage, 5)
    const changed = await alter(page, 'forged', (header, payload) => {
      if (header.length < 37 * 5) return [header, payload]
      const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'
      const number = (from: number, width: number): number =>
        header.slice(from, from + width).split('').reduce((n, c) => n * 64 + digits.indexOf(c), 0)
      const keyUnits = number(5, 4)
      const end = keyUnits + number(9, 4)
      payload = payload.slice(0, keyUnits + 3) + String.fromCharCode(payload.charCodeAt(keyUnits + 3) ^ 1) + payload.slice(keyUnits + 4)
      const prime = 16777619
      // The checksum of package store, over key, text and the fields of the header.
      const hash = (text: string): number => {
        const lanes: [number, number, number, number] = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]
        for (let i = 0; i < text.length; i += 1) {
          const lane = (i < (text.length & ~3) ? i & 3 : 0) as 0 | 1 | 2 | 3
          lanes[lane] = Math.imul(lanes[lane] ^ text.charCodeAt(i), prime)
        }
        const [a, b, c, d] = lanes
        const ab = Math.imul(Math.imul(a, prime) ^ b, prime)
        return Math.imul(Math.imul(ab ^ c, prime) ^ d, prime)
      }
      const [keySum, textSum] = [hash(payload.slice(0, keyUnits)), hash(payload.slice(keyUnits, end))]
      let sum = Math.imul(Math.imul(keySum, prime) ^ textSum, prime) >>> 0
      for (let i = 5; i < 31; i += 1) sum = Math.imul(sum ^ header.charCodeAt(i), prime) >>> 0
      let field = ''
      for (let i = 5; i >= 0; i -= 1) field += digits.charAt(Math.floor(sum / 64 ** i) % 64)
      return [header.slice(0, 31) + field + header.slice(37), payload]
    })
    assert.ok(changed > 0)
    await reload(page)
    const seen = await look(page, 'forged', storage, 5)
    assert.deepEqual([seen.good, seen.wrong, seen.wx], [4, [], 'open'])
    // The key names the entry: only its value could not be opened.
    assert.deepEqual(seen.lost, seen.missing.map((key) => ({ key, reason: 'entry-lost' })))
    assert.equal(seen.missing.length, 1)
    await context.close()
  })

  test(`${storage}: without the key everything sealed is lost and reported, and comes back with it`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await fill(page, 'keyless', storage, 10)
    await moveKeys(page, 'keyless', 'away')
    await reload(page)
    const without = await look(page, 'keyless', storage, 10)
    assert.deepEqual([without.good, without.missing.length, without.wx], [0, 10, 'open'])
    assert.deepEqual(without.lost, Array.from({ length: 10 }, () => ({ reason: 'entry-lost' })))
    // The space goes on, under a new key, and what cannot be opened is not thrown away.
    await page.evaluate(async (driver) => {
      const mini = await window.harness.lib.createMini({ appId: 'keyless', storage: driver, onWarning: () => undefined })
      mini.my.setStorageSync({ key: 'key-3', data: { n: 3, text: '值值值' } })
      mini.my.setStorageSync({ key: 'new', data: 1 })
      for (let i = 0; i < 40; i += 1) await mini.my.setStorage({ key: 'busy', data: i })
      await mini.close()
    }, storage)
    await reload(page)
    const between = await look(page, 'keyless', storage, 10)
    assert.deepEqual([between.good, between.missing.length], [1, 9])
    await moveKeys(page, 'keyless', 'back')
    await reload(page)
    const again = await look(page, 'keyless', storage, 10)
    assert.deepEqual([again.good, again.missing, again.lost], [10, [], []])
    await context.close()
  })

  test(`${storage}: clearStorage also removes what cannot be opened`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    await fill(page, 'wiped', storage, 10)
    await moveKeys(page, 'wiped', 'away')
    for (const expected of [10, 0]) {
      await reload(page)
      const lost = await page.evaluate(async (driver) => {
        const mini = await window.harness.lib.createMini({ appId: 'wiped', storage: driver, onWarning: () => undefined })
        const { length } = (mini.health() as unknown as { lost: unknown[] }).lost
        mini.my.clearStorageSync()
        // Dead records of IndexedDB go when there are a few of them.
        for (let i = 0; i < 40; i += 1) await mini.my.setStorage({ key: 'busy', data: i })
        await mini.close()
        return length
      }, storage)
      assert.equal(lost, expected)
    }
    await context.close()
  })

  test(`${storage}: another encryptionKey opens nothing, the right one all`, async () => {
    const context = await browser.newContext()
    const page = await modulePage(context, server)
    const seen = await page.evaluate(async (driver) => {
      const open = (byte: number) =>
        window.harness.lib.createMini({
          appId: 'given',
          storage: driver,
          encryptionKey: new Uint8Array(32).fill(byte),
          onWarning: () => undefined
        })
      const results: unknown[] = []
      for (const byte of [1, 2, 1]) {
        const mini = await open(byte)
        results.push((mini.my.getStorageSync({ key: 'k' }) as { data: unknown }).data)
        const sealed = mini.wx.getStorage({ key: 'k', encrypt: true }) as Promise<{ data: unknown }>
        results.push(await sealed.then(({ data }) => data, (error: unknown) => (error as { errMsg: string }).errMsg))
        if (results.length === 2) {
          mini.my.setStorageSync({ key: 'k', data: 'mine' })
          await mini.wx.setStorage({ key: 'k', data: 'sealed', encrypt: true })
        }
        await mini.close()
      }
      return results
    }, storage)
    const missing = 'getStorage:fail data not found'
    assert.deepEqual(seen, [null, missing, null, missing, 'mine', 'sealed'])
    const all = await everything(page)
    for (const byte of [1, 2]) assert.ok(!all.includes(String.fromCharCode(byte).repeat(32)), 'the key is stored')
    await context.close()
  })

  test(`${storage}: two tabs of a new space read each other`, async () => {
    const context = await browser.newContext()
    const pages = [await modulePage(context, server), await modulePage(context, server)]
    const write = (page: Page, name: string): Promise<void> =>
      page.evaluate(
        async ([driver, own]) => {
          const mini = await window.harness.lib.createMini({ appId: 'pair', storage: driver })
          window.harness.minis.a = mini
          mini.my.setStorageSync({ key: own, data: own })
          await mini.my.setStorage({ key: `${own}-later`, data: own })
        },
        [storage, name] as const
      )
    await Promise.all(pages.map((page, i) => write(page, `tab${i}`)))
    const read = (page: Page): Promise<unknown[]> =>
      page.evaluate(() =>
        ['tab0', 'tab0-later', 'tab1', 'tab1-later'].map(
          (key) => (window.harness.minis.a?.my.getStorageSync({ key }) as { data: unknown }).data
        )
      )
    const expected = ['tab0', 'tab0', 'tab1', 'tab1']
    for (const page of pages) {
      let seen: unknown[] = []
      await until(
        async () => JSON.stringify((seen = await read(page))) === JSON.stringify(expected),
        () => `a tab reads ${JSON.stringify(seen)}`
      )
    }
    for (const page of pages) await reload(page)
    const page = pages[0]
    assert.ok(page)
    await page.evaluate(async (driver) => {
      window.harness.minis.a = await window.harness.lib.createMini({ appId: 'pair', storage: driver })
    }, storage)
    assert.deepEqual(await read(page), expected)
    await context.close()
  })
}

/** Takes the keys of a space away, to another database and back. */
function moveKeys(page: Page, appId: string, where: 'away' | 'back'): Promise<void> {
  return page.evaluate(
    async ([app, direction]) => {
      const raw = Object.keys(localStorage).filter((key) => key.startsWith('minipoly:my') && key.includes(app) && key.endsWith('!key'))
      const saved = 'saved:'
      for (const key of direction === 'away' ? raw : []) {
        localStorage.setItem(saved + key, localStorage.getItem(key) ?? '')
        localStorage.removeItem(key)
      }
      for (const key of direction === 'back' ? Object.keys(localStorage).filter((name) => name.startsWith(saved)) : []) {
        localStorage.setItem(key.slice(saved.length), localStorage.getItem(key) ?? '')
      }
      const open = (name: string): Promise<IDBDatabase> =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open(name)
          request.onupgradeneeded = () => request.result.createObjectStore('keys')
          request.onsuccess = () => {
            resolve(request.result)
          }
          request.onerror = () => {
            reject(request.error ?? new Error('refused'))
          }
        })
      const name = (await indexedDB.databases()).map((item) => item.name ?? '').find((text) => text.startsWith('minipoly:my') && text.includes(app))
      if (name === undefined) return
      const [space, safe] = [await open(name), await open('saved')]
      const [from, to] = direction === 'away' ? [space, safe] : [safe, space]
      const rows = await new Promise<Array<[IDBValidKey, unknown]>>((resolve) => {
        const tx = from.transaction('keys', 'readwrite')
        const store = tx.objectStore('keys')
        const [keys, values] = [store.getAllKeys(), store.getAll() as IDBRequest<unknown[]>]
        store.clear()
        tx.oncomplete = () => {
          resolve(keys.result.map((key, i) => [key, values.result[i]]))
        }
      })
      await new Promise<void>((resolve) => {
        const tx = to.transaction('keys', 'readwrite')
        for (const [key, row] of rows) tx.objectStore('keys').put(row, key)
        tx.oncomplete = () => {
          resolve()
        }
      })
      space.close()
      safe.close()
    },
    [appId, where] as const
  )
}

test('the data key stands wrapped by a key that cannot be extracted', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await fill(page, 'wrapped', 'indexeddb', 1)
  const seen = await page.evaluate(async () => {
    const name = (await indexedDB.databases()).map((item) => item.name ?? '').find((text) => text.startsWith('minipoly:my'))
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name ?? '')
      request.onsuccess = () => {
        resolve(request.result)
      }
    })
    const rows = await new Promise<Array<{ data: Uint8Array; wrap?: { key: CryptoKey } }>>((resolve) => {
      const request = db.transaction('keys').objectStore('keys').getAll() as IDBRequest<Array<{ data: Uint8Array; wrap?: { key: CryptoKey } }>>
      request.onsuccess = () => {
        resolve(request.result)
      }
    })
    const raw = Object.keys(localStorage).filter((key) => key.endsWith('!key'))
    return { raw, rows: rows.map(({ data, wrap }) => [data.length, wrap?.key.extractable, wrap?.key.usages.sort().join()]) }
  })
  assert.deepEqual(seen, { raw: [], rows: [[48, false, 'decrypt,encrypt']] })
  await context.close()
})

test('a tampered value of wx is lost alone', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const write = async (app: string): Promise<void> => {
    const mini = await window.harness.lib.createMini({ appId: app, storage: 'indexeddb', platforms: ['wx'] })
    // At once, so that both stand in one record.
    await Promise.all(['a', 'b'].map((key) => mini.wx.setStorage({ key, data: { of: key }, encrypt: true })))
    await mini.close()
  }
  await page.evaluate(write, 'wxflip')
  await alter(page, 'wxflip', (header, payload) => {
    return [header, payload.slice(0, 40) + String.fromCharCode(payload.charCodeAt(40) ^ 1) + payload.slice(41)]
  })
  await reload(page)
  const seen = await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'wxflip', storage: 'indexeddb', platforms: ['wx'], onWarning: () => undefined })
    const read = (key: string): Promise<unknown> =>
      (mini.wx.getStorage({ key, encrypt: true }) as Promise<{ data: unknown }>).then(
        ({ data }) => data,
        (error: unknown) => (error as { errMsg: string }).errMsg
      )
    return [await read('a'), await read('b'), (mini.health() as unknown as { lost: unknown[] }).lost.length]
  })
  assert.deepEqual(seen, ['getStorage:fail data not found', { of: 'b' }, 1])
  await context.close()
})

test('calls keep their order while the cipher is loading', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'order', platforms: ['wx'] })
    const calls = [
      mini.wx.setStorage({ key: 'a', data: 1, encrypt: true }),
      mini.wx.setStorage({ key: 'a', data: 2 }),
      mini.wx.setStorage({ key: 'b', data: 1, encrypt: true }),
      mini.wx.removeStorage({ key: 'b' }),
      mini.wx.setStorage({ key: 'c', data: 1 }),
      mini.wx.setStorage({ key: 'c', data: 2, encrypt: true })
    ]
    await Promise.all(calls)
    const c = (await mini.wx.getStorage({ key: 'c', encrypt: true })) as { data: unknown }
    return [mini.wx.getStorageSync('a'), mini.wx.getStorageSync('b'), c.data]
  })
  assert.deepEqual(seen, [2, '', 2])
  await context.close()
})

test('setStorage with encrypt fails in words when the cipher cannot be loaded; the rest works', async () => {
  const context = await browser.newContext()
  await context.route('**/seal.mjs', (route) => route.abort())
  const page = await modulePage(context, server)
  const seen = await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'nocipher', platforms: ['wx'] })
    const results = await Promise.allSettled([
      mini.wx.setStorage({ key: 'a', data: 1, encrypt: true }),
      mini.wx.setStorage({ key: 'b', data: 1 })
    ])
    const failed = results[0] as { reason?: { errMsg?: string } }
    const both = await window.harness.lib.createMini({ appId: 'nocipher' }).then(
      () => 'opened',
      () => 'refused'
    )
    return [failed.reason?.errMsg?.startsWith('setStorage:fail '), results[1].status, mini.wx.getStorageSync('b'), both]
  })
  // A my that stores plain text in silence would be worse than none.
  assert.deepEqual(seen, [true, 'fulfilled', 1, 'refused'])
  await context.close()
})

/** A page with the classic script; `work` runs in the very next script. */
async function classicPage(context: BrowserContext, app: string, work: () => unknown): Promise<Page> {
  server.add('/t/sealed.html', html({ src: '/minipoly.js', 'data-app-id': app }, { src: '/t/sealed.js' }))
  server.add('/t/sealed.js', `window.result = ${script(work)}`)
  const page = await context.newPage()
  await page.goto(`${server.origin}/t/sealed.html`)
  return page
}

test('install() adopts what the classic script has sealed, and its key', async () => {
  const context = await browser.newContext()
  const classic = await classicPage(context, 'adopted', () => {
    for (let i = 0; i < 50; i += 1) window.my.setStorageSync({ key: `key-${i}`, data: { n: i, text: '值'.repeat(i % 7) } })
    window.wx.setStorageSync('plain', 'open')
  })
  await classic.evaluate(async () => {
    await window.wx.setStorage({ key: 'k', data: 'sealed', encrypt: true })
    await window.minipoly.mini.flush()
  })
  const text = await everything(classic)
  assert.doesNotMatch(text, /key-1|"n"|sealed/)
  assert.match(text, /!key/)
  await classic.close()
  const page = await modulePage(context, server)
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await look(page, 'adopted', 'indexeddb', 50), { good: 50, missing: [], wrong: [], lost: [], wx: 'open' })
    const wx = await page.evaluate(async () => {
      const mini = await window.harness.lib.createMini({ appId: 'adopted', storage: 'indexeddb' })
      const { data } = (await mini.wx.getStorage({ key: 'k', encrypt: true })) as { data: unknown }
      await mini.close()
      return data
    })
    assert.equal(wx, 'sealed')
    const left = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('!key')))
    assert.deepEqual(left, [], 'keys in localStorage')
    await reload(page)
  }
  await context.close()
})

test('the classic script leaves alone what it cannot open in a space that has moved', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await fill(page, 'moved', 'indexeddb', 20)
  await page.evaluate(async () => {
    window.harness.minis.a = await window.harness.lib.createMini({ appId: 'moved', storage: 'indexeddb' })
  })
  await page.evaluate(() => {
    // Gone before its commit: the journal alone has it, sealed with the key in IndexedDB.
    window.harness.minis.a?.my.setStorageSync({ key: 'last', data: 'word' })
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('broken', 'UnknownError')
    }
  })
  await page.close()
  for (let round = 0; round < 2; round += 1) {
    const classic = await classicPage(context, 'moved', () => {
      window.my.setStorageSync({ key: 'early', data: 'bird' })
      window.my.setStorageSync({ key: 'key-0', data: { n: 0, text: '' } })
    })
    await until(
      () => classic.evaluate(() => window.minipoly.mini.health().driver === 'indexeddb'),
      () => 'the classic script did not move'
    )
    const seen = await classic.evaluate(async () => {
      await window.minipoly.mini.flush()
      const read = (key: string): unknown => (window.my.getStorageSync({ key }) as { data: unknown }).data
      return [read('last'), read('early'), read('key-7'), (window.minipoly.mini.health() as unknown as { lost: unknown[] }).lost]
    })
    assert.deepEqual(seen, ['word', 'bird', { n: 7, text: '' }, []], `round ${round}`)
    await classic.close()
  }
  const last = await modulePage(context, server)
  const after = await look(last, 'moved', 'indexeddb', 20)
  assert.deepEqual(after, { good: 20, missing: [], wrong: [], lost: [], wx: 'open' })
  await context.close()
})

test('a database that is deleted under a running page gets its key again, too', async () => {
  const context = await browser.newContext()
  const page = await modulePage(context, server)
  await page.evaluate(async () => {
    const mini = await window.harness.lib.createMini({ appId: 'evicted', storage: 'indexeddb', onWarning: () => undefined })
    mini.my.setStorageSync({ key: 'a', data: 1 })
    await mini.flush()
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve) => {
        indexedDB.deleteDatabase(name ?? '').onsuccess = resolve
      })
    }
    localStorage.clear()
    mini.my.setStorageSync({ key: 'b', data: 2 })
    await mini.flush()
    await mini.close()
  })
  await reload(page)
  const seen = await page.evaluate(async () => {
    const { my } = await window.harness.lib.createMini({ appId: 'evicted', storage: 'indexeddb' })
    return (my.getStorageSync({ key: 'b' }) as { data: unknown }).data
  })
  assert.equal(seen, 2)
  await context.close()
})
