using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <summary>
/// What a 64-byte value of a state cell costs when nobody else is there: read against a bare copy of as many bytes, written, updated.
/// </summary>
/// <remarks>
/// <code>
///  one thread:  Write ----> cell ----> TryRead
/// </code>
/// </remarks>
[MemoryDiagnoser]
public unsafe class StateCost
{
    private const int Times = 1000;

    private readonly string _name = "ringshm-bench-" + Guid.NewGuid().ToString("N");
    private readonly byte[] _bytes = new byte[64];
    private byte* _memory;
    private Value64 _value;
    private StateCell<Value64> _cell = null!;
    private StateReader<Value64> _reader = null!;
    private StateWriter<Value64> _writer = null!;
    private StateCell<Value64> _small = null!;
    private StateWriter<Value64> _smallWriter = null!;
    private StateCell _variable = null!;
    private StateWriter _variableWriter = null!;

    [GlobalSetup]
    public void Open()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(64, 64);
        new Span<byte>(_memory, 64).Fill(7);
        _cell = StateCell<Value64>.Create(_name);
        _reader = _cell.AttachReader();
        _writer = _cell.AttachWriter();
        _writer.Write(default);
        _small = StateCell<Value64>.Create(_name + "-few", new RingOptions { MaxParticipants = 2 });
        _smallWriter = _small.AttachWriter();
        _variable = StateCell.Create(_name + "-bytes");
        _variableWriter = _variable.AttachWriter();
        _variableWriter.Write(_bytes);
    }

    [GlobalCleanup]
    public void Close()
    {
        NativeMemory.AlignedFree(_memory);
        _cell.Dispose();
        _small.Dispose();
        _variable.Dispose();
        Ring.Remove(_name);
        Ring.Remove(_name + "-few");
        Ring.Remove(_name + "-bytes");
    }

    /// <summary>The moves that a cell uses, without a cell around them.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public void Copy()
    {
        for (int i = 0; i < Times; i++)
            CopyOne();
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public bool Read()
    {
        bool isRead = true;
        for (int i = 0; i < Times; i++)
            isRead &= _reader.TryRead(out _value);
        return isRead;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public long ReadWithStamp()
    {
        long version = 0;
        for (int i = 0; i < Times; i++)
        {
            _reader.TryRead(out _value, out StateStamp stamp);
            version += stamp.Version;
        }

        return version;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public long ReadBytes()
    {
        long version = 0;
        for (int i = 0; i < Times; i++)
        {
            _variableWriter.TryRead(_bytes, out StateStamp stamp);
            version += stamp.Version;
        }

        return version;
    }

    [Benchmark]
    public long Write() => _writer.Write(_value);

    /// <summary>A cell for two participants: a writer has fewer pins to look at.</summary>
    [Benchmark]
    public long WriteAmongFew() => _smallWriter.Write(_value);

    [Benchmark]
    public long WriteBytes() => _variableWriter.Write(_bytes);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CopyOne() => Memory.DirectMemory.Read(_memory, out _value, default);

    /// <summary>64 bytes.</summary>
    public readonly record struct Value64(long A, long B, long C, long D, long E, long F, long G, long H);
}
