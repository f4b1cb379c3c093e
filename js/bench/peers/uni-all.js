// The whole of uni-app's H5 runtime.
import * as uni from '@dcloudio/uni-h5'

globalThis.uniAll = uni
