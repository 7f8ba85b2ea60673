using System.Runtime.InteropServices;

namespace RingShm.TestPeer;

/// <summary>A typed message that is a multiple of the ring's alignment.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct Value40;

/// <summary>A typed message that is not, so that every record has padding.</summary>
[StructLayout(LayoutKind.Explicit, Size = 21)]
internal struct Value21;
