using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <summary>64 bytes of value.</summary>
[System.Runtime.CompilerServices.InlineArray(8)]
public struct Block64
{
    private ulong _word;
}

/// <summary>
/// What one unmanaged value costs, and allocates, on every path of every kind when nobody else is there: one thread puts it in
/// and takes it out, so that only the instructions count. Ratios are to a plain Vyukov queue, which survives nothing.
/// </summary>
/// <remarks>
/// <code>
///  one thread:  put one | put 32 ----> queue ----> take one | take 32
/// </code>
/// Each kind has a file of its own, with its own setup: to add one, add a file.
/// </remarks>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD")]
[GenericTypeArguments(typeof(ulong))]
[GenericTypeArguments(typeof(Block64))]
public partial class ValueCost<T>
    where T : unmanaged
{
    private const int BatchLength = 32;
    private const int Slots = 1024;

    private readonly string _name = "ringshm-bench-" + Guid.NewGuid().ToString("N");
    private readonly List<IDisposable> _open = [];
    private readonly T[] _values = new T[BatchLength];

    [GlobalCleanup]
    public void Close()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
            _open[i].Dispose();
        if (OperatingSystem.IsLinux() && _open.Count > 0)
            Ring.Remove(_name);
        _open.Clear();
        FreeQueues();
    }

    private TOpened Keep<TOpened>(TOpened opened)
        where TOpened : IDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
