using Microsoft.Win32.SafeHandles;
using RingShm.TestPeer.Fuzz;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Damages sound regions and uses them, case after case: <c>inuse=0</c> before they are opened, <c>inuse=1</c> while this
/// process has them open and attached; <c>kind=</c> for regions of one kind only. Case n of seed s is always the same: <c>fuzz seed=s first=n cases=1</c> plays it again.
/// </summary>
internal static class FuzzCommand
{
    public static int Run(PeerArguments arguments)
    {
        long seed = arguments.Number("seed");
        long first = arguments.Number("first");
        long end = first + arguments.Number("cases", 1);
        bool isInUse = arguments.Flag("inuse");
        string path = arguments.Text("path");
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        List<RegionImage> images = RegionImages.Make(path, Enum.Parse<RingKind>(arguments.Text("kind", nameof(RingKind.None))));
        for (long number = first; number < end && !ledger.IsStopped; number++)
        {
            ledger.Progress = number;
            try
            {
                RunCase(new Random(HashCode.Of(seed, number)), images, path, isInUse);
                // Before the garbage collector can come: a handle that only its finalizer ends holds its role until then.
                if (OperatingSystem.IsLinux() && File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal))
                    throw new MismatchException("the region is still mapped: a handle was disposed and did not leave");
            }
            catch (Exception failure)
            {
                throw new MismatchException($"case {number}: {failure}");
            }
        }

        File.Delete(path);
        return PeerSignals.Done(ledger.Progress + 1 - first);
    }

    private static void RunCase(Random random, List<RegionImage> images, string path, bool isInUse)
    {
        RegionImage image = images[random.Next(images.Count)];
        RegionMutator mutator = new(random);
        byte[] bytes = [.. image.Bytes];
        if (random.Next(16) == 0)
        {
            (int offset, byte[] endless) = mutator.Endless(image.Bytes, image.Geometry);
            endless.CopyTo(bytes, offset);
        }

        if (!isInUse)
            bytes = mutator.MutateFile(bytes, image.Geometry);
        File.WriteAllBytes(path, bytes);
        RingOptions options = new()
        {
            OpenTimeout = TimeSpan.Zero,
            PrefaultPages = random.Next(4) == 0,
            CapacityBytes = random.Next(3) == 0 ? 256 : 0,
        };
        if (!isInUse)
        {
            Exercise(random, path, image, static () => { }, options);
            return;
        }

        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Exercise(random, path, image, () => Damage(random, mutator, file, image), options);
    }

    private static void Exercise(Random random, string path, RegionImage image, Action damage, RingOptions options)
    {
        if (image.Geometry.Kind == RingKind.Mpmc)
            new MpmcExerciser(random, path, image.IsTyped, damage).Run(options);
        else if (image.Geometry.Kind == RingKind.Broadcast)
            new BroadcastExerciser(random, path, image.IsTyped, damage).Run(options);
        else if (image.Geometry.Kind == RingKind.State)
            new StateExerciser(random, path, image.IsTyped, damage).Run(new RingOptions { OpenTimeout = TimeSpan.Zero, PrefaultPages = options.PrefaultPages });
        else
            new RingExerciser(random, path, image.IsTyped, damage).Run(options);
    }

    private static void Damage(Random random, RegionMutator mutator, SafeFileHandle file, RegionImage image)
    {
        if (random.Next(4) != 0 || RandomAccess.GetLength(file) < image.Bytes.Length)
            return;
        (int offset, byte[] patch) = random.Next(24) == 0
            ? mutator.Endless(image.Bytes, image.Geometry)
            : mutator.Patch(image.Bytes, image.Geometry);
        RandomAccess.Write(file, patch, offset);
    }

    private static class HashCode
    {
        /// <summary>The same number in every process, unlike the base library's.</summary>
        public static int Of(long seed, long number)
        {
            ulong mixed = ((ulong)seed * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)(number + 1) * 0xC2B2_AE3D_27D4_EB4F);
            mixed ^= mixed >> 29;
            mixed *= 0xBF58_476D_1CE4_E5B9;
            return (int)(mixed >> 32);
        }
    }
}
