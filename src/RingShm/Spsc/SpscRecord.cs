using System.Runtime.CompilerServices;
using RingShm.Layout;

namespace RingShm.Spsc;

/// <summary>A published record as its consumer sees it: the payload's place and the header word, copied once.</summary>
internal readonly unsafe struct SpscRecord
{
    private readonly long _header;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SpscRecord(byte* payload, long header)
    {
        Payload = payload;
        _header = header;
    }

    public byte* Payload { get; }

    public int LengthBytes => RecordLayout.LengthOf(_header);

    public int Type => RecordLayout.TypeOf(_header);

    public long SizeBytes => RecordLayout.SizeOf(LengthBytes);
}
