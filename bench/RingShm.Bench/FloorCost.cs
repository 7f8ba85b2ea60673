using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <summary>
/// What a call for each 8-byte value costs at least, whatever the ring: a method that is called, loads its position from the object,
/// compares a limit, stores the value, its header and the next header, and stores the position back. Beside it, the same in a
/// loop that has the position in a register. One thread, one private ring; docs/adr/0007 draws the conclusion.
/// </summary>
public unsafe class FloorCost
{
    private const int Messages = 1000;
    private const int RingBytes = 1 << 16;
    private const int RecordBytes = 16;

    private readonly Handle _handle = new();

    [GlobalSetup]
    public void Setup()
    {
        _handle.Data = (byte*)NativeMemory.AlignedAlloc(RingBytes + RecordBytes, RecordBytes);
        NativeMemory.Clear(_handle.Data, RingBytes + RecordBytes);
    }

    [GlobalCleanup]
    public void Free() => NativeMemory.AlignedFree(_handle.Data);

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public long PositionInObject()
    {
        for (int i = 0; i < Messages; i++)
            _handle.TryWrite((ulong)i);
        return _handle.Position;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long PositionInRegister()
    {
        byte* data = _handle.Data;
        long position = _handle.Position;
        for (int i = 0; i < Messages; i++, position += RecordBytes)
            Put(data, position, (ulong)i);
        _handle.Position = position;
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(byte* data, long position, ulong value)
    {
        long* header = (long*)(data + (position & (RingBytes - 1)));
        header[1] = (long)value;
        *(long*)(data + ((position + RecordBytes) & (RingBytes - 1))) = 0;
        Volatile.Write(ref *header, sizeof(ulong));
    }

    private sealed class Handle
    {
        public byte* Data;
        public long Position;
        private readonly long _limit = long.MaxValue;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public bool TryWrite(ulong value)
        {
            long position = Position;
            if (position + RecordBytes > _limit)
                return false;
            Put(Data, position, value);
            Position = position + RecordBytes;
            return true;
        }
    }
}
