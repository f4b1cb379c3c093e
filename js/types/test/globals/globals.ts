// The globals of a page with the classic script. A project of its own, without the vendors' typings, which
// declare the same names; it also checks our declaration files themselves (skipLibCheck is off).
import type { Mini, My, Wx } from '../../minipoly.js';

export function page(): void {
  wx.setStorageSync('k', 1);
  const n = wx.getStorageSync<number>('k');
  n.toFixed();
  const read = my.getStorageSync({ key: 'k' });
  void read.data;

  const asWx: Wx = globalThis.wx;
  const asMy: My = window.my;
  const mini: Mini = minipoly.mini;
  void [asWx, asMy, mini.health().driver, minipoly.version];

  // Libraries replace members.
  wx.getStorageSync = () => 1 as never;
  Object.defineProperty(wx, 'setStorageSync', { value() {} });

  App({
    data: { visits: 0 },
    onLaunch() {
      this.data.visits = wx.getStorageSync<number>('visits');
    },
  });
  getApp<{ data: { visits: number } }>().data.visits.toFixed();
  Page({
    data: { list: [] as string[] },
    onLoad() {
      this.setData({ list: wx.getStorageSync<string[]>('list') }, () => undefined);
      this.data.list.join();
    },
  });
  getCurrentPages().at(-1)?.setData({ 'list[0]': 'a' });
  // @ts-expect-error changes are an object
  getCurrentPages()[0]?.setData('list');
  // @ts-expect-error options are an object
  Page('index');

  // @ts-expect-error no other global is added
  void globalThis.Go;
  // @ts-expect-error the Mini is not the global itself
  void minipoly.wx;
  // @ts-expect-error no such API
  wx.nothing();
}
