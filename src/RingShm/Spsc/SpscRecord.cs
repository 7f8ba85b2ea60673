using System.Runtime.CompilerServices;
using RingShm.Layout;

namespace RingShm.Spsc;

/// <summary>
/// A record as its consumer sees it: the payload's place and the header word, copied once. The length counts only after the
/// core has checked it.
/// </summary>
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

    public long Header => _header;

    public bool IsEmpty => _header == RecordLayout.Unpublished;

    public int LengthBytes => RecordLayout.LengthOf(_header);

    public int Type => RecordLayout.TypeOf(_header);

    public long SizeBytes => RecordLayout.SizeOf(LengthBytes);
}
