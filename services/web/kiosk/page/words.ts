// The texts of the supervisor's screen. Both languages are shown, because the server that knows the visitor's choice may be
// unavailable.

import type { Shown } from './picture_watch.js';

export const kWords: Record<Exclude<Shown, 'picture'>, { vi: string; en: string }> = {
  starting: { vi: 'Đang mở bản đồ', en: 'Opening the map' },
  'no-server': {
    vi: 'Chưa kết nối được máy chủ. Bản đồ sẽ tự hiện lại.',
    en: 'The server cannot be reached. The map will come back by itself.',
  },
  restoring: { vi: 'Đang khôi phục bản đồ', en: 'Restoring the map' },
};
