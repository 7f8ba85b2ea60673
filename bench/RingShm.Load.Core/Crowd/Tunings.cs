using RingShm.Prototypes;

namespace RingShm.Load.Crowd;

// The ideas that were explored for the MPMC ring, one at a time, then together. 8-byte messages: 16-byte slots, four a line.
internal readonly struct Slots16 : ITuning { public static int SlotBytes => 16; }
internal readonly struct Slots16Intent : ITuning { public static int SlotBytes => 16; public static bool StoresIntent => true; }
internal readonly struct Slots32 : ITuning { public static int SlotBytes => 32; }
internal readonly struct Slots64 : ITuning { public static int SlotBytes => 64; }
internal readonly struct Slots128 : ITuning { public static int SlotBytes => 128; }
internal readonly struct Spread32 : ITuning { public static int SlotBytes => 16; public static int SpreadBlock => 32; }
internal readonly struct Spread256 : ITuning { public static int SlotBytes => 16; public static int SpreadBlock => 256; }
internal readonly struct ProducerAhead8 : ITuning { public static int SlotBytes => 16; public static int ProducerLookAhead => 8; }
internal readonly struct ProducerAhead64 : ITuning { public static int SlotBytes => 16; public static int ProducerLookAhead => 64; }
internal readonly struct ConsumerAhead8 : ITuning { public static int SlotBytes => 16; public static int ConsumerLookAhead => 8; }
internal readonly struct BothAhead16 : ITuning { public static int SlotBytes => 16; public static int ProducerLookAhead => 16; public static int ConsumerLookAhead => 16; }
internal readonly struct Loss1 : ITuning { public static int SlotBytes => 16; public static int PausesAfterLoss => 1; }
internal readonly struct Loss8 : ITuning { public static int SlotBytes => 16; public static int PausesAfterLoss => 8; }
internal readonly struct Prefetch4 : ITuning { public static int SlotBytes => 16; public static int PrefetchDistance => 4; }
internal readonly struct Prefetch8 : ITuning { public static int SlotBytes => 16; public static int PrefetchDistance => 8; }
internal readonly struct Prefetch16 : ITuning { public static int SlotBytes => 16; public static int PrefetchDistance => 16; }
internal readonly struct Empty4 : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 4; }
internal readonly struct Empty16 : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; }
internal readonly struct Empty64 : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 64; public static int PausesWhenFull => 64; }
internal readonly struct Run8 : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct Run8Short : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 8; public static int PausesWhenFull => 8; public static int RunBeforePause => 8; }
internal readonly struct Run8Long : ITuning { public static int SlotBytes => 16; public static int PausesWhenEmpty => 48; public static int PausesWhenFull => 48; public static int RunBeforePause => 8; }
internal readonly struct Run8Intent : ITuning { public static int SlotBytes => 16; public static bool StoresIntent => true; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct Run8Spread : ITuning { public static int SlotBytes => 16; public static int SpreadBlock => 256; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct Run8Ahead : ITuning { public static int SlotBytes => 16; public static int ProducerLookAhead => 16; public static int ConsumerLookAhead => 16; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }

// 64-byte messages.
internal readonly struct Slots128Plain : ITuning { public static int SlotBytes => 128; }
internal readonly struct Slots72 : ITuning { public static int SlotBytes => 72; }
internal readonly struct Slots80 : ITuning { public static int SlotBytes => 80; }
internal readonly struct Slots96 : ITuning { public static int SlotBytes => 96; }
internal readonly struct Slots128Apart : ITuning { public static int SlotBytes => 128; public static int MessageOffset => 64; }
internal readonly struct Slots64Table : ITuning { public static int SlotBytes => 64; public static bool HasSideTable => true; }
internal readonly struct Slots128Intent : ITuning { public static int SlotBytes => 128; public static bool StoresIntent => true; }
internal readonly struct Slots128Prefetch1 : ITuning { public static int SlotBytes => 128; public static int PrefetchDistance => 1; }
internal readonly struct Slots128Prefetch2 : ITuning { public static int SlotBytes => 128; public static int PrefetchDistance => 2; }
internal readonly struct Slots128Prefetch4 : ITuning { public static int SlotBytes => 128; public static int PrefetchDistance => 4; }
internal readonly struct Slots128Ahead : ITuning { public static int SlotBytes => 128; public static int ProducerLookAhead => 16; public static int ConsumerLookAhead => 16; }
internal readonly struct Slots128Empty16 : ITuning { public static int SlotBytes => 128; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; }
internal readonly struct Slots80Ahead : ITuning { public static int SlotBytes => 80; public static int ProducerLookAhead => 16; public static int ConsumerLookAhead => 16; }
internal readonly struct Slots128Run8 : ITuning { public static int SlotBytes => 128; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct Slots128Run8Intent : ITuning { public static int SlotBytes => 128; public static bool StoresIntent => true; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct ApartRun8 : ITuning { public static int SlotBytes => 128; public static int MessageOffset => 64; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct Slots80Run8 : ITuning { public static int SlotBytes => 80; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
internal readonly struct TableRun8 : ITuning { public static int SlotBytes => 64; public static bool HasSideTable => true; public static int PausesWhenEmpty => 16; public static int PausesWhenFull => 16; public static int RunBeforePause => 8; }
