// Taro's storage functions alone, as Taro's own build imports them: by name, the rest shaken off.
import { getStorage, getStorageInfoSync, getStorageSync, setStorage, setStorageSync } from '@tarojs/taro-h5'

globalThis.taroStorage = { getStorage, getStorageInfoSync, getStorageSync, setStorage, setStorageSync }
