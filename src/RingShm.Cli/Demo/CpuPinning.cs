using System.Runtime.ExceptionServices;

namespace RingShm.Cli.Demo;

/// <summary>
/// Keeps the two sides on CPUs of their own, on Linux: a scheduler that puts both on one CPU for a while would be what is
/// measured.
/// </summary>
internal static unsafe class CpuPinning
{
    private const int MaskBytes = 1024;
    private const int BitsPerByte = 8;

    /// <summary>Two CPUs that this process may use, on different cores if there are such; null when there are not two.</summary>
    public static (int First, int Second)? ChooseTwo()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        int[] allowed = Allowed();
        if (allowed.Length < 2)
            return null;
        string siblings = SiblingsOf(allowed[0]);
        int second = allowed.Skip(1).FirstOrDefault(cpu => SiblingsOf(cpu) != siblings, allowed[1]);
        return (allowed[0], second);
    }

    /// <summary>
    /// Runs the action on a thread of its own that stays on this CPU, and waits for it. The action learns whether it does.
    /// </summary>
    public static void Run(int? cpu, Action<bool> action)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                action(cpu is { } number && TryPin(number));
            }
#pragma warning disable CA1031 // It goes on to the caller below.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static bool TryPin(int cpu)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[cpu / BitsPerByte] = (byte)(1 << (cpu % BitsPerByte));
        // Thread 0 is the calling one.
        return NativeUnix.SetAffinity(0, MaskBytes, mask) == 0;
    }

    private static int[] Allowed()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        List<int> allowed = [];
        if (NativeUnix.GetAffinity(0, MaskBytes, mask) != 0)
            return [];
        for (int cpu = 0; cpu < MaskBytes * BitsPerByte; cpu++)
        {
            if ((mask[cpu / BitsPerByte] & (1 << (cpu % BitsPerByte))) != 0)
                allowed.Add(cpu);
        }

        return [.. allowed];
    }

    /// <summary>The CPUs that share a core with this one, as the kernel writes them; the CPU alone when it does not say.</summary>
    private static string SiblingsOf(int cpu)
    {
        try
        {
            return File.ReadAllText($"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{cpu}";
        }
    }
}
