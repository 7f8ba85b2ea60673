global using System.Runtime.InteropServices;
global using RingShm.Load.Measuring;
