// The whole of Taro's H5 runtime.
import * as taro from '@tarojs/taro-h5'

globalThis.taroAll = taro
